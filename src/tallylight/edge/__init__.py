"""The node agent: measures every path from its node, answers its peers, counts its machine and its viewers, and loses
nothing.
"""
