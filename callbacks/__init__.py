"""Every way in: pages, HTTP, socket, command line, and who may."""
