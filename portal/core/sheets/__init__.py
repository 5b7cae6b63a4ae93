"""Tables that offices hand in and take out: xlsx and csv, in the ledger layout (rulebook 9.1).

``read_table`` turns the bytes of a file into columns of normalised text with the faults of each
cell; ``error_file``, ``template_file`` and ``ledger_file`` write workbooks.
"""

from .cells import Choice, Fault, as_date, as_name, as_number, as_text, as_whole
from .columns import Column, RowFault
from .errors import SheetError
from .faults import Faults
from .table import Table, read_table

__all__ = [
    "Choice",
    "Column",
    "Fault",
    "Faults",
    "RowFault",
    "SheetError",
    "Table",
    "as_date",
    "as_name",
    "as_number",
    "as_text",
    "as_whole",
    "read_table",
]
