//! RFC 3161 timestamps: tokens and the authorities that give them.
