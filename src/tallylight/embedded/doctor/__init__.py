"""`tally doctor`: what is wrong with this installation and how to mend it.

findings    what a check may find
machine     Python, disk, clock, ports, tools
home        permissions and what was built
running     engines, migrations, worker, nodes
command     asks all of them and shows the answers
"""
