"""Files and the bytes in them: found, read within limits, cut into elements, made durable."""
