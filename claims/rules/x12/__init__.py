"""ASC X12 files of health care claims: what they are made of, written and read."""
