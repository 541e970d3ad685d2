"""The event stream: one look a second at the hub and at what happened, told to each subscriber as far as it may know."""
