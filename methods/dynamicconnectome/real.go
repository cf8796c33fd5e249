package dynamicconnectome

import "nissl/method"

// realClaims need the recordings below NISSL_DATA.
func realClaims() []method.Claim { return nil }
