"""One conversation, one owner: tickets, their promises' clocks, and what is said on them.

Promises: an incident gives each customer it hurts one ticket, before anybody complains; a ticket has an owner from its first
moment; its clocks run by the contract version in force when it was opened; a customer sees its own tickets and never what
the desk notes among itself.
"""
