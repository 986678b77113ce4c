package ferry

import "testing"

func TestTrips(t *testing.T) {
	for people, want := range map[int]int{0: 0, 1: 1, 4: 1, 5: 2} {
		if got := Trips(people, 4); got != want {
			t.Errorf("%d people need %d trips, not %d", people, want, got)
		}
	}
}
