"""Mail as it comes in: from octets to an `Inbound`. Pure."""
