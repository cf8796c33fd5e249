package studio

import (
	"crypto/subtle"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
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
	names []string
	// addresses says that any address of numbers will do: the server listens on all that the machine has, and a page
	// that gave its own name our address (DNS rebinding) sends that name.
	addresses bool
	port      string
}

// mostBody is how many bytes of a request's body are read, more than any picture or form of the pages has.
const mostBody = 64 << 20

// ownHosts are the names under which a server on the address is meant to be reached.
func ownHosts(host string, port int) hosts {
	h := hosts{port: strconv.Itoa(port)}
	ip := net.ParseIP(host)
	switch {
	case host == "localhost" || ip != nil && ip.IsLoopback():
		h.names = []string{"localhost", "127.0.0.1", "::1", host}
	case ip != nil && ip.IsUnspecified():
		h.addresses = true
		h.names = []string{"localhost"}
		if name, err := os.Hostname(); err == nil {
			short, _, _ := strings.Cut(name, ".")
			h.names = append(h.names, name, short, short+".local")
		}
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
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if h.addresses && net.ParseIP(name) != nil {
		return true
	}
	return slices.ContainsFunc(h.names, func(own string) bool { return strings.EqualFold(own, name) })
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
		refuse(w, http.StatusMisdirectedRequest, "this studio is not at "+strconv.Quote(r.Host)+"; use the address that nissl studio printed, or the machine's in numbers")
		return
	case !sameOrigin(r):
		refuse(w, http.StatusForbidden, "a page of another site may not use the studio")
		return
	}
	name := cookie + g.hosts.port
	if given := r.URL.Query().Get("token"); given != "" && r.Method == http.MethodGet && g.right(given) {
		http.SetCookie(w, &http.Cookie{Name: name, Value: g.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, withoutToken(r.URL), http.StatusSeeOther)
		return
	}
	if !slices.ContainsFunc(r.CookiesNamed(name), func(c *http.Cookie) bool { return g.right(c.Value) }) {
		refuse(w, http.StatusUnauthorized, "the studio does not know this browser: open the address that nissl studio printed, with its token")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostBody)
	answer(g.next, w, r)
}

func (g guard) right(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(g.token)) == 1
}

// withoutToken is the address on this server, path and query, less the token.
func withoutToken(u *url.URL) string {
	q := u.Query()
	q.Del("token")
	// Not url.URL.Path: the name of an item may have an encoded slash. Browsers take \ for /.
	clean := "/" + strings.TrimLeft(u.EscapedPath(), `/\`)
	if len(q) > 0 {
		clean += "?" + q.Encode()
	}
	return clean
}

// sameOrigin says whether a request comes from a page of this server or from no page. What changes something
// must say where it comes from.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		// A link on another page may lead here (the cookie is Lax for its sake); nothing else may, no frame either.
		dest := r.Header.Get("Sec-Fetch-Dest")
		return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && (dest == "document" || dest == "")
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
