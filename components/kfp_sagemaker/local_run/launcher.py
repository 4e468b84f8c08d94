        return places, attempt

    def _run(self, places: StepPlaces, task: Task, attempt: int, component: Any, container: Any, arguments: Any) -> StepOutputs:
        given = executor_input(component, arguments, places)
