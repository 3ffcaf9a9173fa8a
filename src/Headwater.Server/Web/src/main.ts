import { copy } from "./copy";
import { graphs } from "./graph";
import { keys } from "./keys";
import { preferences } from "./preferences";
import { search } from "./search";
import { tables } from "./table";
import { tabs } from "./tabs";
import { times } from "./times";
import { trees } from "./tree";
import { uploads } from "./upload";

for (const island of [preferences, keys, search, tables, tabs, copy, times, trees, uploads, graphs]) void island();
