// Nothing here ever uses the network of libgit2: tags are pushed by git itself. Everything libgit2 would call for it (see
// `network` in Package.swift) is a function of ours, so that a program neither loads sixteen libraries nor reads all
// certificates of the system before it begins.

/// Does nothing, and says that it went well.
@_cdecl("slipway_no_network")
public func doNothing() -> Int { 0 }

/// Stands for one cipher, without which libgit2 refuses to begin.
@_cdecl("slipway_no_cipher")
public func nameNoCipher() -> Int { 1 }

/// Says that there are no certificates, so that none are put where nothing was prepared for them.
@_cdecl("slipway_no_certificates")
public func readNoCertificates() -> Int32 { -1 }
