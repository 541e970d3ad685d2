"""The parts of a report, one file each: a month in, a section of a document out. Pure."""
