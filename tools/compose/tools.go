//go:build tools

// What tools/ordermesh/containers/compose.py builds, so that go.mod pins it: `go install` takes no version of it that
// excludes others'.
package tools

import _ "github.com/docker/compose/v2/cmd"
