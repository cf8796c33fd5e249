package studio

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// cookie that keeps the token in the browser. Cookies do not know ports, so its name has the port.
const cookie = "nissl-studio-"

// guard lets in only who has the token, and only requests that were made for this server.
type guard struct {
	token string
	hosts hosts
	next  http.Handler
}

// hosts are the names that requests may be made to.
type hosts struct {
	names []string // nil for any: the server listens on an address that others know by names of theirs
	port  string
}

// ownHosts are the names under which a server on the address is meant to be reached. A page elsewhere that gave
// its own name our address (DNS rebinding) sends another one.
func ownHosts(host string, port int) hosts {
	h := hosts{port: strconv.Itoa(port)}
	ip := net.ParseIP(host)
	switch {
	case host == "localhost" || ip != nil && ip.IsLoopback():
		h.names = []string{"localhost", "127.0.0.1", "::1", host}
	case ip != nil && ip.IsUnspecified():
		// Any of the machine's names and addresses: the token must do.
	default:
		h.names = []string{host}
	}
	return h
}

// own says whether host, NAME or NAME:PORT, is the server's. A tunnel may give it another port.
func (h hosts) own(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	return h.names == nil && name != "" || slices.Contains(h.names, strings.Trim(name, "[]"))
}

func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "+
		"font-src 'self'; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Frame-Options", "DENY")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cache-Control", "no-store")
	switch {
	case !g.hosts.own(r.Host):
		refuse(w, http.StatusMisdirectedRequest, "this studio is not at "+strconv.Quote(r.Host)+"; use the address that nissl studio printed")
		return
	case !sameOrigin(r):
		refuse(w, http.StatusForbidden, "a page of another site may not use the studio")
		return
	}
	name := cookie + g.hosts.port
	if given := r.URL.Query().Get("token"); given != "" && r.Method == http.MethodGet && g.right(given) {
		http.SetCookie(w, &http.Cookie{Name: name, Value: g.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		http.Redirect(w, r, withoutToken(r.URL), http.StatusSeeOther)
		return
	}
	if c, err := r.Cookie(name); err != nil || !g.right(c.Value) {
		refuse(w, http.StatusUnauthorized, "the studio does not know this browser: open the address that nissl studio printed, with its token")
		return
	}
	g.next.ServeHTTP(w, r)
}

func (g guard) right(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(g.token)) == 1
}

// withoutToken is the address on this server, path and query, less the token.
func withoutToken(u *url.URL) string {
	q := u.Query()
	q.Del("token")
	clean := url.URL{Path: "/" + strings.TrimLeft(u.Path, "/"), RawQuery: q.Encode()}
	return clean.String()
}

// sameOrigin says whether a request comes from a page of this server or from no page. What changes something
// must say where it comes from.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		// A link on another page may lead here; nothing else may.
		return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate"
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// refuse answers a browser with a sentence and a program with JSON.
func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	b, _ := json.Marshal(map[string]string{"error": why}) // a string always encodes
	if _, err := w.Write(append(b, '\n')); err != nil {
		log.Printf("studio: %v", err)
	}
}

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
	if err := os.WriteFile(path, []byte(fresh+"\n"), 0o600); err != nil {
		return fresh
	}
	return fresh
}
