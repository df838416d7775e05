"""The live feed of one web process: the rows it holds, the channels, the socket."""
