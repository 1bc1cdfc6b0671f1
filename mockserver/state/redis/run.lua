return operations[ARGV[2]](unpack(ARGV, 3))
