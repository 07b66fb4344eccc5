"""Files with rows and columns: CSV and Excel workbooks as tables of cells, read in a process of their own.

It imports little, because every file that is read starts a process with it.
"""
