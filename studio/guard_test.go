package studio

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"nissl/studio/reply"
)

const testToken = "a-token-for-this-test"

var testPages = fstest.MapFS{
	"index.html":           {Data: []byte("<!doctype html>page")},
	"assets/a.js":          {Data: []byte("script")},
	"assets/deep/b.js":     {Data: []byte("script")},
	"icons/nissl.svg":      {Data: []byte("<svg/>")},
	"icons/.secret/hidden": {Data: []byte("hidden")},
}

// guarded is a studio with pages, one address that answers, one that reads, two that fail.
func guarded(t *testing.T, host string) http.Handler {
	t.Helper()
	log.SetOutput(io.Discard)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	mux := http.NewServeMux()
	mux.Handle("GET /api/about", reply.Handler(func(w http.ResponseWriter, _ *http.Request) error { return reply.JSON(w, "fine") }))
	mux.Handle("GET /api/items/{id}", reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		return reply.JSON(w, r.PathValue("id"))
	}))
	mux.Handle("POST /api/read", reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			return err
		}
		return reply.JSON(w, n)
	}))
	mux.HandleFunc("GET /api/panic", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	mux.HandleFunc("GET /api/late", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("half ", 10000))
		panic("on purpose, too late")
	})
	mux.Handle("/api/", reply.Handler(func(http.ResponseWriter, *http.Request) error { return reply.Missing(fmt.Errorf("no such address")) }))
	mux.Handle("/", servePages(testPages))
	return guard{token: testToken, hosts: ownHosts(host, 7000), next: mux}
}

// ask makes a request that is let in, but for what edit changes of it.
func ask(h http.Handler, method, target string, edit func(r *http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = "127.0.0.1:7000"
	r.AddCookie(&http.Cookie{Name: cookie + "7000", Value: testToken})
	if edit != nil {
		edit(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func headers(pairs ...string) func(*http.Request) {
	return func(r *http.Request) {
		for i := 0; i < len(pairs); i += 2 {
			r.Header.Set(pairs[i], pairs[i+1])
		}
	}
}

func host(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }

func TestWhoMayComeIn(t *testing.T) {
	const api = "/api/about"
	other := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Del("Cookie")
			if name != "" {
				r.AddCookie(&http.Cookie{Name: name, Value: value})
			}
		}
	}
	for name, c := range map[string]struct {
		listen, method, path string
		edit                 func(*http.Request)
		want                 int
	}{
		"own":                           {want: 200},
		"localhost":                     {edit: host("localhost:7000"), want: 200},
		"capitals":                      {edit: host("LocalHost:7000"), want: 200},
		"IPv6":                          {edit: host("[::1]:7000"), want: 200},
		"IPv6 without a port":           {edit: host("[::1]"), want: 200},
		"tunnel to another port":        {edit: host("localhost:8888"), want: 200},
		"page of a tunnel":              {method: "POST", path: "/api/read", edit: func(r *http.Request) { r.Host = "localhost:8888"; r.Header.Set("Origin", "http://localhost:8888") }, want: 200},
		"DNS rebinding":                 {edit: host("evil.example:7000"), want: 421},
		"own name in front":             {edit: host("127.0.0.1.evil.example:7000"), want: 421},
		"own name behind":               {edit: host("evil.example@127.0.0.1:7000"), want: 421},
		"localhost in front":            {edit: host("localhost.evil.example"), want: 421},
		"no host":                       {edit: host(""), want: 421},
		"another address":               {edit: host("10.0.0.1:7000"), want: 421},
		"brackets":                      {edit: host("[[127.0.0.1]]"), want: 421},
		"all addresses: a number":       {listen: "0.0.0.0", edit: host("10.0.0.1:7000"), want: 200},
		"all addresses: IPv6":           {listen: "::", edit: host("[fe80::1]:7000"), want: 200},
		"all addresses: DNS rebinding":  {listen: "0.0.0.0", edit: host("evil.example:7000"), want: 421},
		"all addresses: no host":        {listen: "0.0.0.0", edit: host(""), want: 421},
		"all addresses: no token":       {listen: "0.0.0.0", edit: func(r *http.Request) { r.Host = "10.0.0.1:7000"; r.Header.Del("Cookie") }, want: 401},
		"one address":                   {listen: "10.0.0.1", edit: host("10.0.0.1:7000"), want: 200},
		"one address by another's name": {listen: "10.0.0.1", edit: host("localhost:7000"), want: 421},
		"IPv6 only":                     {listen: "::1", edit: host("[::1]:7000"), want: 200},

		"no token":                 {edit: other("", ""), want: 401},
		"empty token":              {edit: other(cookie+"7000", ""), want: 401},
		"wrong token":              {edit: other(cookie+"7000", testToken+"x"), want: 401},
		"part of the token":        {edit: other(cookie+"7000", testToken[:5]), want: 401},
		"cookie of another port":   {edit: other(cookie+"7001", testToken), want: 401},
		"cookie of another server": {edit: other("session", testToken), want: 401},
		"cookie under another's":   {edit: func(r *http.Request) { r.Header.Set("Cookie", cookie+"7000=wrong; "+cookie+"7000="+testToken) }, want: 200},
		"token in a header":        {edit: headers("Cookie", "", "Authorization", "Bearer "+testToken), want: 401},
		"token in the address":     {path: api + "?token=" + testToken, edit: other("", ""), want: 303},
		"wrong in the address":     {path: api + "?token=wrong", edit: other("", ""), want: 401},
		"token twice, wrong first": {path: api + "?token=wrong&token=" + testToken, edit: other("", ""), want: 401},
		"token in a POST": {method: "POST", path: "/api/read?token=" + testToken, edit: func(r *http.Request) {
			r.Header.Del("Cookie")
			r.Header.Set("Origin", "http://127.0.0.1:7000")
		}, want: 401},
		"token in a foreign page": {path: api + "?token=" + testToken, edit: header("Origin", "https://evil.example"), want: 403},

		"foreign origin":             {edit: header("Origin", "https://evil.example"), want: 403},
		"origin null":                {edit: header("Origin", "null"), want: 403},
		"origin of another port":     {edit: header("Origin", "http://127.0.0.1:7001"), want: 403},
		"origin that is none":        {edit: header("Origin", "%%"), want: 403},
		"post without origin":        {method: "POST", path: "/api/read", want: 403},
		"post from the page":         {method: "POST", path: "/api/read", edit: header("Origin", "http://127.0.0.1:7000"), want: 200},
		"post from elsewhere":        {method: "POST", path: "/api/read", edit: header("Origin", "http://evil.example"), want: 403},
		"delete without origin":      {method: "DELETE", want: 403},
		"fetch from elsewhere":       {edit: headers("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"), want: 403},
		"fetch from another port":    {edit: headers("Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"), want: 403},
		"a link from elsewhere":      {path: "/", edit: headers("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), want: 200},
		"a frame elsewhere":          {path: "/", edit: headers("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"), want: 403},
		"a form elsewhere":           {method: "POST", path: "/api/read", edit: headers("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), want: 403},
		"post that says same-origin": {method: "POST", path: "/api/read", edit: headers("Sec-Fetch-Site", "same-origin", "Origin", "http://evil.example"), want: 403},
	} {
		t.Run(name, func(t *testing.T) {
			listen, method, path := c.listen, c.method, c.path
			if listen == "" {
				listen = "127.0.0.1"
			}
			if method == "" {
				method = http.MethodGet
			}
			if path == "" {
				path = api
			}
			w := ask(guarded(t, listen), method, path, c.edit)
			if w.Code != c.want {
				t.Errorf("status %d, want %d: %s", w.Code, c.want, w.Body)
			}
			safe(t, w)
			if strings.Contains(w.Body.String(), testToken) {
				t.Error("the answer says the token")
			}
		})
	}
}

// safe says that an answer has what keeps pages of others out.
func safe(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	csp := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(csp, part) {
			t.Errorf("content security policy %q lacks %s", csp, part)
		}
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// The token leaves the address, and the way on stays on this server.
func TestTokenLeavesTheAddress(t *testing.T) {
	h := guarded(t, "127.0.0.1")
	for from, want := range map[string]string{
		"/?token=T":                              "/",
		"/neuron/worm/AVAL?token=T&at=3":         "/neuron/worm/AVAL?at=3",
		"/recording/a%2Fb?token=T":               "/recording/a%2Fb",
		"//evil.example/?token=T":                "/evil.example/",
		"/%5Cevil.example/?token=T":              "/%5Cevil.example/",
		"/?at=https://evil.example&token=T":      "/?at=https%3A%2F%2Fevil.example",
		"/%0d%0aSet-Cookie:%20a=b/?token=T":      "/%0d%0aSet-Cookie:%20a=b/",
		"http://127.0.0.1:7000//evil/?x&token=T": "/evil/?x=",
	} {
		r := httptest.NewRequest("GET", "http://127.0.0.1:7000/", nil)
		r.URL, r.Host = mustParse(t, strings.Replace(from, "=T", "="+testToken, 1)), "127.0.0.1:7000"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != 303 || got != want {
			t.Errorf("%s leads to %q (%d), want %q", from, got, w.Code, want)
		}
		c := w.Header().Get("Set-Cookie")
		for _, part := range []string{cookie + "7000=" + testToken, "HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(c, part) {
				t.Errorf("cookie %q lacks %s", c, part)
			}
		}
	}
}

// No form of .. reaches anything but the pages, folders are not listed, and what hides is no address.
func TestPathsStayInside(t *testing.T) {
	server := httptest.NewServer(guarded(t, "127.0.0.1"))
	defer server.Close()
	for _, path := range []string{
		"/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", `/..\..\etc\passwd`, "/..%5c..%5cetc%5cpasswd",
		"//etc/passwd", "/assets/../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd", "/etc/passwd%00.js",
		"/assets/%00", "/assets", "/assets/", "/assets/deep", "/assets/deep/", "/assets/%2e%2e%2f", "/icons/", "/file:///etc/passwd", "/....//....//etc/passwd",
		"/api/items/..%2f..%2fetc%2fpasswd", "/api/items/%2e%2e", "/api/items/%2fetc%2fpasswd", "/api/%2e%2e/%2e%2e/etc/passwd", "/api/items/a%00b",
		"/%c0%ae%c0%ae/etc/passwd", "/api/items/" + strings.Repeat("..%2f", 200) + "etc/passwd",
	} {
		status, body := raw(t, server, "GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1:7000\r\nCookie: "+cookie+"7000="+testToken+"\r\nConnection: close\r\n\r\n")
		if strings.Contains(body, "root:") || strings.Contains(body, "b.js") || strings.Contains(body, "<pre>") {
			t.Errorf("%s shows what it must not: %.200s", path, body)
		}
		if status >= 500 {
			t.Errorf("%s: status %d: %.200s", path, status, body)
		}
	}
}

// raw sends bytes as they are: clients tidy addresses.
func raw(t *testing.T, server *httptest.Server, request string) (status int, answer string) {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, request) }() // the server may stop reading
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return r.StatusCode, string(b) + " [cut off]"
	}
	return r.StatusCode, string(b)
}
