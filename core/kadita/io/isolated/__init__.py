"""Files of other programs are read in a child process, with limits of memory and time.

The libraries that read them can crash, hang or fill the memory where a file is damaged. Here that ends the child, and
is one line for the user. The child is kept for the next file, and reads ahead while this process computes.

- `child`: the process, its requests and replies, as this process sees them
- `serving`: what runs in it; `limits`: what it may use
- `shared_memory`: how arrays come back
- `remote`: an object that lives in the child
- `trajectory`, `records`, `importers`: what is read so
"""
