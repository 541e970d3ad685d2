"""What an edge node and the hub say to each other: columnar batches, acknowledgements, enrolment and the probe plan."""
