"""Receivers of satellite signals: longitude and latitude, in degrees, become metres in a stated projection."""
