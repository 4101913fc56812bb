// go run heads.go http1|http2 HOST PORT PATH…: asks HEAD and then GET of each path on kept connections. Prints a line of
// JSON for each answer: method, path, status, headers, bytes of its body.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(os.Args[1] == "http1")
	protocols.SetUnencryptedHTTP2(os.Args[1] == "http2")
	client := http.Client{
		Transport:     &http.Transport{Protocols: protocols, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, path := range os.Args[4:] {
		for _, method := range []string{"HEAD", "GET"} {
			request, err := http.NewRequest(method, "http://"+os.Args[2]+":"+os.Args[3]+path, nil)
			if err != nil {
				log.Fatal(err)
			}
			answer, err := client.Do(request)
			if err != nil {
				log.Fatal(method, " ", path, ": ", err)
			}
			bytes, err := io.Copy(io.Discard, answer.Body)
			if err != nil {
				log.Fatal(method, " ", path, ": ", err)
			}
			headers := map[string]string{}
			for name, values := range answer.Header {
				headers[strings.ToLower(name)] = strings.Join(values, ", ")
			}
			json.NewEncoder(os.Stdout).Encode(map[string]any{
				"method": method, "path": path, "status": answer.StatusCode, "headers": headers, "bytes": bytes,
			})
		}
	}
}
