"""What the tools of Ordermesh share: the stores and the processes of one machine, started, watched and stopped."""
