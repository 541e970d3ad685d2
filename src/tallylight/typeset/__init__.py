"""Documents people sign and keep: one typed model of titles, clauses, tables and charts, written as PDF and as HTML.

What it promises: the same document gives the same bytes; no text is ever read as markup; every page carries what pins the
document; the PDF embeds its fonts (Latin and Chinese), is tagged for screen readers (PDF/UA-1) and made to be kept (PDF/A).
"""
