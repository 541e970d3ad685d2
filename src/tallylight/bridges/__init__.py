"""The bridge of a major incident: who does what, what happened, what customers are told, and what was learned from it.

A bridge gathers the tickets of one incident, or one grave ticket that belongs to none. It owns no promise: clocks and tickets
stay with `support`, alerts with `incidents`; a bridge reads them, adds what people say and
decide, and speaks to all customers at once.
"""
