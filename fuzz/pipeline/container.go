package pipeline

// Container says in what form a decoder gets snapshots.
type Container string

// The forms.
const (
	// ContainerFile is the file as a server writes it.
	ContainerFile Container = "file"
	// ContainerPayload is the payload alone, see [layout.Layout.Bare].
	ContainerPayload Container = "payload"
)
