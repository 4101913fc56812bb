"""Made-up traffic: customers who order, operators who move the orders on and keep the catalogue. What is sent is a plan that
follows from a seed alone (plan.py); sender.py sends it at a rate, tally.py counts the answers."""
