package registry

// BaseLayers are the layers of the base map that the registry keeps, by name.
func BaseLayers() []string { return []string{"streets", "water", "parks"} }
