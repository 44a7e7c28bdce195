"""Lists of leads that are asked for over the API or a page: what the evidence on file says, ranked in a process of its own.

`plan` is a value, `jobs` keeps them on record, `launch` starts the process, `work` does it; the list itself is `service.portfolio.leads`.
"""
