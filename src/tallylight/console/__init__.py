"""The pages people see: the customer's portal, the desk, the wall, the public status page.

Promise: a page says first, in one sentence, what its reader came to know, shows every promise with its clock, and shows a
customer nothing of another's. Pages work without a script, load nothing from another host and weigh under 100 kB.
"""
