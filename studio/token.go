package studio

import (
	"crypto/rand"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// shownHost is the address that a person types to reach a server that listens on host.
func shownHost(host string) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			return name
		}
	}
	return host
}

// userToken is a secret of the user's that is made once, so that a browser that was let in stays in. Where it
// cannot be kept it is a new one.
func userToken() string {
	fresh := rand.Text()
	dir, err := os.UserConfigDir()
	if err != nil {
		return fresh
	}
	path := filepath.Join(dir, "nissl", "studio-token")
	if st, err := os.Stat(path); err == nil && st.Mode().Perm()&0o077 == 0 {
		if b, err := os.ReadFile(path); err == nil && len(strings.TrimSpace(string(b))) >= 16 {
			return strings.TrimSpace(string(b))
		}
	}
	if os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return fresh
	}
	// A new file: one that others may read would stay so. What fails leaves a token for this time only.
	if err := os.WriteFile(path+".new", []byte(fresh+"\n"), 0o600); err != nil {
		return fresh
	}
	if os.Chmod(path+".new", 0o600) == nil {
		_ = os.Rename(path+".new", path)
	}
	return fresh
}
