// When it starts, libgit2 reads all certificates of the system, which takes longer than most plans, although nothing here
// ever uses its network. The functions it reads them with are found in this program first, and read nothing.

@_cdecl("mbedtls_x509_crt_parse_file")
public func readNoCertificates(_ chain: UnsafeMutableRawPointer?, _ file: UnsafePointer<CChar>?) -> Int32 { -1 }

@_cdecl("mbedtls_x509_crt_parse_path")
public func readNoCertificateFolder(_ chain: UnsafeMutableRawPointer?, _ folder: UnsafePointer<CChar>?) -> Int32 { -1 }
