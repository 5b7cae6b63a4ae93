from . import aid, study

__all__ = ["aid", "study"]
