"""The operator's command, `kith`, with the embedded platform and the development issuer."""
