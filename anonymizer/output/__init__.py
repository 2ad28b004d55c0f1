"""What reaches the output folder: judged at the gate, written whole, listed in a DICOMDIR."""
