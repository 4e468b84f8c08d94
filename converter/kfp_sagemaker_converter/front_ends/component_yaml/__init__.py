"""The front end for component.yaml (KFP 1's format of components, which KFP 2 reads too): containers and graphs.

It gives the IR that kfp 2 makes of a component, so that what follows knows one format only. Where kfp 2 refuses what KFP 1
accepted, or drops it without a word, it keeps it or says so.
"""
