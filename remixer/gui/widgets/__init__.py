"""Controls that know nothing of songs or sessions: values go in, signals come out."""
