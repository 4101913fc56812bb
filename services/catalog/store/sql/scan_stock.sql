-- For the statements that follow in this transaction, which read the stock of every product once, from end to end: an index on
-- what is available would be written to by every order, and end the HOT updates of its row (of 4,000 updates none was one; without
-- it all were). Compiling such a statement takes longer than running it.
SELECT set_config('enable_seqscan', 'on', true), set_config('jit', 'off', true), set_config('work_mem', '16MB', true)
