"""How resources live: what to do about what is there, waiting, stopping, logs. Knows back ends only by their protocol."""
