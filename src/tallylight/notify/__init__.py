"""Channels out: an outbox in the transaction of what caused it, delivery by short repeatable jobs, proof of acceptance.

Promises: a message with one key is made once, whoever asks how often; once its transaction is committed it is delivered or
visibly given up; a process killed between any two lines neither loses it nor sends it twice, except if it dies in the one
round trip between handing a message over and hearing the answer, and then the message is sent again and marked so.
"""
