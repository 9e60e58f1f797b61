"""What everything else is built on: errors, files, settings, signatures, compilation, parallel work."""
