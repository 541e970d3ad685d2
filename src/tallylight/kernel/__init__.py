"""Clock, ids, chance, money, business time, events, errors: the words every room shares. Standard library only."""
