"""``kfp-sagemaker explain``: the page of a diagnostic."""

from __future__ import annotations

import difflib
import sys

import click


def codes(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Codes that begin with ``incomplete``."""
    from kfp_sagemaker_converter.diagnostics import rules

    return [code for code in rules() if code.startswith(incomplete.upper())]


@click.command()
@click.argument("code", required=False, shell_complete=codes)
def explain(code: str | None) -> None:
    """Explain a diagnostic: what it does, why, an example, what to do. Without CODE, list all of them."""
    from kfp_sagemaker_converter.diagnostics import rules
    from kfp_sagemaker_converter.generate.diagnostics_pages import page

    known = rules()
    if code is None:
        for rule in known.values():
            click.echo(f"{rule.code}  {rule.severity.value:11}  {rule.title}")
        return
    by_name = {rule.name: rule.code for rule in known.values()}
    spelled = f"KSC{code}" if code.isdecimal() else code.upper()
    wanted = spelled if spelled in known else by_name.get(code, "")
    if not wanted:
        near = difflib.get_close_matches(code.upper(), known, 3, 0.6)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise click.BadParameter(f"there is no diagnostic {code}.{hint} Without a code, all are listed.", param_hint="CODE")
    text = page(known[wanted])
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text, nl=False)
