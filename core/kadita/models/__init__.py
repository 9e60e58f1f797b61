"""What a model of collective motion is made of: parameters, a first state, random numbers, and steps."""
