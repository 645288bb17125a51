"""Files that must be whole before they can leave: `pool` asks for them, `worker` is the process that makes them.

The process imports nothing that speaks to the database: that alone would take half of its time.
"""

LIST = "\x1f"  # between the items of a list while rows are on their way
