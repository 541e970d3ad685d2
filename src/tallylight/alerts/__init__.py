"""Thresholds as data, judged every second: what is wrong, since when, and by which promise.

Promises: a threshold in force is judged once a second against measurements only; too little measurement is `unknown`, which never
clears an alert, and silence is never recovery; an alert begins once and ends once, whatever is killed when.
"""
