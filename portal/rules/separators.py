"""What separator sheets say: ours, and those that scan programs print."""

NEW_VISIT = "CHARTLINE-NEW-VISIT"  # the value on our own sheet
# Patch code T is printed as a barcode with its name by most scan programs.
SEPARATORS = frozenset(
    {NEW_VISIT, "PATCHT", "PATCH T", "PATCH-T", "SEPARATOR", "SEPARATOR SHEET", "DOCUMENT SEPARATOR"}
)
