"""What the pages about being on call say and draw."""
