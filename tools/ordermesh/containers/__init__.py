"""Container images: an engine to build them with, a base image where no registry can be reached, and the builds."""
