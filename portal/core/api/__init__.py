"""What all resources of the API share: who asks, how a page is cut, how an error reads."""
