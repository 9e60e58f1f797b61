"""Completion of commands in shells: what can stand where the cursor is.

A shell's script (`scripts`) starts `kadita` with the words before the cursor in its environment, and gets a line for
each candidate. The process must be quick: it imports the module of the command, and no plugin; names that plugins bring
are read from a file (`names`).
"""
