"""The custom resources of the ACK SageMaker controller: their fields as data, and the way from and to the API's words.

Pure: what applies and watches them is in ``backends.ack``.
"""
